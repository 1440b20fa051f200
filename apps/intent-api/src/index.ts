export { createApp } from './createApp.js'
export { wire } from './wire.js'
