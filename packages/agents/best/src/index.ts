export { type BestAgentOptions, createBestAgent } from './createBestAgent.js'
