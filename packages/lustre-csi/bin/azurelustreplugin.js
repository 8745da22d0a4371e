#!/usr/bin/env node
import '../bundle/entries/azurelustreplugin.js';
