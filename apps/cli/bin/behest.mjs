#!/usr/bin/env node
import '../../../scripts/behest.mjs'
