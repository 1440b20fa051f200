import { once } from 'node:events'
import { createReadStream, createWriteStream, renameSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { createGunzip, createGzip } from 'node:zlib'
import { readAddresses } from '@behest/devnet'
import {
  createChainClient,
  readDeployment,
  toLocalDeployment,
} from '@behest/evm'
import { openDatabase, restoreBackup, writeBackup } from '@behest/journal'
import { allSchemas } from '../allSchemas.js'
import { exitCodes, UsageError } from '../exitCodes.js'
import { readStackConfig } from '../stack/stackConfig.js'
import { toUserPath } from '../toUserPath.js'

/** `behest backup <file>`: everything that the database holds, in one file. */
export async function backupCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { path, json } = readFile(commandArguments, 'backup')
  const config = readStackConfig(process.env)
  const database = await openDatabase({ ...config, maxConnections: 2 })
  try {
    const lines = new PassThrough()
    // Beside its place first: a backup that is there is whole.
    const beside = `${path}.part`
    const written = pipeline(
      lines,
      createGzip(),
      createWriteStream(beside, { mode: 0o600 }),
    )
    const { rows } = await writeBackup({
      pool: database.pool,
      sets: allSchemas,
      now: () => new Date(),
      write: async (line) => {
        if (!lines.write(`${line}\n`)) await once(lines, 'drain')
      },
    })
    lines.end()
    await written
    renameSync(beside, path)
    say(json, { type: 'backup', file: path, rows }, [
      `${rows} rows are in ${path}.`,
      `Keys are not in it: keep ${config.dataFolder}/keys as well, in another place.`,
    ])
    return exitCodes.done
  } finally {
    await database.stop()
  }
}

/** `behest restore <file>`: a backup, into an empty place. */
export async function restoreCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { path, json } = readFile(commandArguments, 'restore')
  const config = readStackConfig(process.env)
  const database = await openDatabase({ ...config, maxConnections: 2 })
  try {
    const input = createReadStream(path)
    const restored = await restoreBackup({
      pool: database.pool,
      sets: allSchemas,
      lines: createInterface({ input: input.pipe(createGunzip()) }),
      readNonce: async ({ chain, address }) => {
        const deployment = await readDeployment({
          rpcUrl: config.rpcUrl,
          local: toLocalDeployment(readAddresses()),
        })
        // Of another chain than the one that answers nothing is known.
        if (!chain.startsWith(`${deployment.chainId}:`)) return undefined
        const client = createChainClient({ rpcUrl: config.rpcUrl, deployment })
        return client.getTransactionCount({ address, blockTag: 'pending' })
      },
    })
    say(json, { type: 'restore', file: path, ...restored }, [
      `${restored.rows} rows of ${restored.createdAt} are back.`,
      ...restored.halted.map(
        ({ address }) =>
          `Nothing is signed for ${address} until you have looked: see docs/operations/runbooks/sender-halted.md.`,
      ),
    ])
    return restored.halted.length === 0 ? exitCodes.done : exitCodes.needsUser
  } finally {
    await database.stop()
  }
}

function readFile(
  commandArguments: readonly string[],
  verb: string,
): { readonly path: string; readonly json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...commandArguments],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [typed, ...others] = positionals
  if (typed === undefined || others.length > 0)
    throw new UsageError(`Give one file: behest ${verb} <file>.`)
  return { path: toUserPath(typed), json: values.json }
}

function say(json: boolean, result: object, lines: readonly string[]): void {
  if (json) console.log(JSON.stringify(result))
  else for (const line of lines) console.log(line)
}
