import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { createKeystoreAccount } from '@behest/evm'
import { type Address, agentNameSchema, BehestError } from '@behest/spec'
import { repositoryRoot } from '../stack/stackConfig.js'
import { buildReadme } from './buildReadme.js'

const templateFolder = join(repositoryRoot, 'apps/cli/src/scaffold/template')
const sources = ['agent.ts', 'agent.test.ts', 'examples.ts', 'serve.ts']
const templateName = 'my-agent'
/** Where a key counts that an author starts with: the local chain. */
const localChainId = 31_337

/** A project that was made. */
export type AgentProject = {
  readonly folder: string
  readonly name: string
  /** The key that signs its quotes and its card. */
  readonly address: Address
  /** Paths in the folder, in the order in which to read them. */
  readonly files: readonly string[]
  /** `true` where everything it needs is installed around it already. */
  readonly isInstalled: boolean
}

/**
 * Creates an agent's project: an agent, its examples, its server, its tests and
 * a key of its own. It uses the packages of this checkout.
 *
 * @param options.folder - New, or empty. Its last part is the agent's name.
 * @param options.name - The agent's name, where it is another one.
 * @returns What was made.
 * @throws {AgentNameInvalidError} when the name is none for an agent.
 * @throws {FolderNotEmptyError} when something is in the folder.
 * @throws {FolderUnusableError} when it cannot be made or written.
 */
export async function createAgentProject(options: {
  readonly folder: string
  readonly name?: string
}): Promise<AgentProject> {
  const folder = resolve(options.folder)
  const name = options.name ?? basename(folder)
  if (!agentNameSchema.safeParse(name).success)
    throw new AgentNameInvalidError({ name: name.slice(0, 100) })
  makeFolder(folder)
  const isInstalled = isInside(repositoryRoot, folder)
  const files = [
    ...sources.map(
      (file) =>
        [
          `src/${file}`,
          readFileSync(join(templateFolder, file), 'utf8').replaceAll(
            templateName,
            name,
          ),
        ] as const,
    ),
    ['package.json', toJson(buildPackage(name, folder))],
    ['tsconfig.json', toJson(typescriptConfig)],
    ['vitest.config.ts', vitestConfig],
    ['.npmrc', npmConfig],
    ['.gitignore', 'node_modules/\ndist/\n.keys/\n'],
    ['README.md', buildReadme({ name, isInstalled })],
  ] as const
  try {
    mkdirSync(join(folder, 'src'))
    for (const [file, text] of files)
      writeFileSync(join(folder, file), text, { flag: 'wx' })
  } catch (cause) {
    throw new FolderUnusableError({ folder, cause })
  }
  const address = await createKey(join(folder, '.keys'))
  return {
    folder,
    name,
    address,
    files: files.map(([file]) => file),
    isInstalled,
  }
}

function makeFolder(folder: string): void {
  let entries: string[]
  try {
    mkdirSync(folder, { recursive: true })
    entries = readdirSync(folder)
  } catch (cause) {
    throw new FolderUnusableError({ folder, cause })
  }
  if (entries.length > 0)
    throw new FolderNotEmptyError({ folder, entries: entries.length })
}

async function createKey(folder: string): Promise<Address> {
  const password = randomBytes(32).toString('hex')
  const { address } = await createKeystoreAccount({
    path: join(folder, 'agent.json'),
    password,
    chainId: localChainId,
  })
  const file = join(folder, 'password')
  writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx' })
  chmodSync(file, 0o600)
  return address
}

function isInside(parent: string, path: string): boolean {
  const way = relative(parent, path)
  return way !== '' && !way.startsWith('..')
}

function buildPackage(name: string, folder: string) {
  const link = (path: string): string =>
    `file:${relative(folder, join(repositoryRoot, path)).replaceAll('\\', '/')}`
  return {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      dev: 'behest agent dev',
      build: 'tsc',
      start: 'node dist/serve.js',
      test: 'tsc --noEmit && vitest run',
      publish:
        'behest agents publish http://127.0.0.1:4600 --keystore .keys/agent.json',
      doctor: 'behest doctor --agent http://127.0.0.1:4600',
    },
    dependencies: {
      '@behest/evm': link('packages/evm'),
      '@behest/sdk': link('packages/sdk'),
      // Addresses and other names that the guides use.
      '@behest/spec': link('packages/spec'),
      viem: readVersion('packages/sdk', 'dependencies', 'viem'),
    },
    devDependencies: {
      '@behest/cli': link('apps/cli'),
      '@types/node': readVersion('.', 'devDependencies', '@types/node'),
      typescript: readVersion('.', 'devDependencies', 'typescript'),
      vitest: readVersion('.', 'devDependencies', 'vitest'),
    },
  }
}

/** The versions of this checkout: they are in npm's cache from installing it. */
function readVersion(
  folder: string,
  kind: 'dependencies' | 'devDependencies',
  name: string,
): string {
  const manifest = JSON.parse(
    readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8'),
  ) as Record<typeof kind, Record<string, string>>
  return manifest[kind][name] ?? '*'
}

const typescriptConfig = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    sourceMap: true,
    types: ['node'],
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
}

// Its own: inside another project vitest would take that one's.
const vitestConfig = `import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['src/**/*.test.ts'], testTimeout: 20_000 },
})
`

const npmConfig = `# The checkout's packages are linked, not copied; the others come from npm's cache.
install-links=false
prefer-offline=true
ignore-scripts=true
fund=false
audit=false
`

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** Thrown when an agent cannot be called that. */
export class AgentNameInvalidError extends BehestError {
  readonly code = 'AGENT_NAME_INVALID'
  readonly retry = 'never'

  constructor(facts: { readonly name: string }) {
    super(
      `"${facts.name}" is no name for an agent. Use lower-case letters, digits and hyphens, at most 63, such as "my-agent"; --name gives another one than the folder's.`,
      { facts },
    )
  }
}

/** Thrown when a project would be made where something is already. */
export class FolderNotEmptyError extends BehestError {
  readonly code = 'FOLDER_NOT_EMPTY'
  readonly retry = 'never'

  constructor(facts: { readonly folder: string; readonly entries: number }) {
    super(
      `${facts.folder} holds ${facts.entries} ${facts.entries === 1 ? 'entry' : 'entries'} already, and nothing is written over. Name a new folder.`,
      { facts },
    )
  }
}

/** Thrown when a folder cannot be made or written. */
export class FolderUnusableError extends BehestError {
  readonly code = 'FOLDER_UNUSABLE'
  readonly retry = 'never'

  constructor(facts: { readonly folder: string; readonly cause: unknown }) {
    const { code } = facts.cause as { code?: string }
    super(
      `${facts.folder} cannot be used (${code ?? 'unknown'}). Name a folder that can be made and written.`,
      { facts: { folder: facts.folder, reason: code }, cause: facts.cause },
    )
  }
}
