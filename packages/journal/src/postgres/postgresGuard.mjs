// Ends a PostgreSQL server that nobody uses any more.
//
// Started when the process that owned the server is gone. Plain JavaScript,
// because it is run as a program of its own from the sources and from the build
// alike. Arguments: socket folder, PostgreSQL's data folder, seconds without a
// client after which it stops the server, key of the lock that users hold.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const [socketFolder, clusterFolder, idleStopSeconds, holderLock] =
  process.argv.slice(2)
const tickMs = 250

function readPostmasterId() {
  try {
    const [id] = readFileSync(`${clusterFolder}/postmaster.pid`, 'utf8').split(
      '\n',
    )
    return Number(id)
  } catch {
    return undefined // Stopped: PostgreSQL removes the file as its last act.
  }
}

function isRunning(id) {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function connect() {
  const client = new pg.Client({
    host: socketFolder,
    port: 5432,
    user: 'postgres',
    database: 'postgres',
    application_name: 'behest-guard',
  })
  client.on('error', () => {})
  await client.connect()
  return client
}

const postmasterId = readPostmasterId()
let client
let idleMs = 0
while (
  postmasterId !== undefined &&
  readPostmasterId() === postmasterId &&
  isRunning(postmasterId)
) {
  await sleep(tickMs)
  try {
    client ??= await connect()
    const { rows } = await client.query(
      `select count(*)::int as clients from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    )
    idleMs = rows[0].clients === 0 ? idleMs + tickMs : 0
    if (idleMs < Number(idleStopSeconds) * 1000) continue
    // Holding this lock alone means that no user can come in any more.
    const lock = await client.query(
      'select pg_try_advisory_lock($1) as taken',
      [holderLock],
    )
    if (!lock.rows[0].taken || readPostmasterId() !== postmasterId) continue
    process.kill(postmasterId, 'SIGINT')
    break
  } catch {
    // The server recovers or stops: the loop's condition tells which.
    client = undefined
  }
}
process.exit(0)
