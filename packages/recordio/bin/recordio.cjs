#!/usr/bin/env node
require("../dist/recordio-cli.cjs");
