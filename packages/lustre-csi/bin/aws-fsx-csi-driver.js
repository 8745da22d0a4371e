#!/usr/bin/env node
import '../dist/aws-fsx-csi-driver.main.js';
