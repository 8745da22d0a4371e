#!/usr/bin/env node
import '../dist/azurelustreplugin.main.js';
