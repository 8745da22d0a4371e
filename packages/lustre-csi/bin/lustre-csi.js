#!/usr/bin/env node
import '../bundle/entries/lustre-csi.js';
