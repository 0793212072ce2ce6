#!/usr/bin/env node
import "../dist/im2rec-cli.js";
