/**
 * Holds a server until it is killed: the victim of the crash tests.
 * Arguments: data folder, seconds after which an orphaned server stops.
 */
import { startPostgres } from '../../postgres/startPostgres.js'

const [dataFolder = '', idleStopSeconds] = process.argv.slice(2)
const server = await startPostgres({
  dataFolder,
  idleStopSeconds: Number(idleStopSeconds),
})
console.log(server.processId)
setInterval(() => {}, 1_000)
