#!/usr/bin/env node
import '../bundle/entries/aws-fsx-csi-driver.js';
