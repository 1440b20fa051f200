#!/usr/bin/env node
// The checkout's own starter: it installs and builds before anything is loaded.
await import(new URL('../../../scripts/behest.mjs', import.meta.url).href)
