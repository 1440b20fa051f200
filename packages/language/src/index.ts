export { parseUtterance } from './parseUtterance.js'
