#!/usr/bin/env node
import "../dist/recordio-cli.js";
