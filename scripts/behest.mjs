#!/usr/bin/env node
// `npm run behest -- …` and `npx behest …`: brings the checkout up to date, then
// hands over to the command line in this very process.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt, ensureInstalled, root } from './ensureReady.mjs'

ensureInstalled()
ensureBuilt()
await import(pathToFileURL(join(root, 'apps/cli/dist/main.js')).href)
