#!/usr/bin/env node
require("../dist/im2rec-cli.cjs");
