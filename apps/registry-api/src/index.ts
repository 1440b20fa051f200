export { type CreateAppOptions, createApp } from './createApp.js'
export {
  type RateLimits,
  type RegistryConfig,
  readConfig,
} from './readConfig.js'
export { type WiredRegistry, wire } from './wire.js'
