// `npm start`: everything, with nothing to set up.
process.argv.splice(2, 0, 'start')
await import('./behest.mjs')
