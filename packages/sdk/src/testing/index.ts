export { createTestRequest } from './createTestRequest.js'
