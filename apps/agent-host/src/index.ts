export { createBuiltInAgents } from './createBuiltInAgents.js'
