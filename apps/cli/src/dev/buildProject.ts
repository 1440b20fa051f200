import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { BehestError } from '@behest/spec'

const mostOutput = 20_000

/** What became of a build. */
export type BuildResult = {
  readonly type: 'built' | 'failed'
  /** What the compiler said. */
  readonly output: string
}

/**
 * Finds the project's own compiler.
 *
 * @throws {ProjectMissingError} when the folder is no agent's project, or
 *   nothing is installed in it.
 */
export function findCompiler(folder: string): string {
  for (const file of ['package.json', 'tsconfig.json', 'src/serve.ts'])
    if (!existsSync(join(folder, file)))
      throw new ProjectMissingError({
        folder,
        missing: file,
        todo: 'Go to the folder that "behest agent new" made',
      })
  const folders =
    createRequire(join(folder, 'package.json')).resolve.paths('typescript') ??
    []
  const compiler = folders
    .map((place) => join(place, 'typescript/bin/tsc'))
    .find((path) => existsSync(path))
  if (compiler === undefined)
    throw new ProjectMissingError({
      folder,
      missing: 'typescript',
      todo: 'Run "npm install" there',
    })
  return compiler
}

/** Builds a project with its own compiler; a mistake in it is a result. */
export function buildProject(options: {
  readonly folder: string
  readonly compiler: string
}): Promise<BuildResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [options.compiler], {
      cwd: options.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const add = (chunk: unknown): void => {
      output = `${output}${String(chunk)}`.slice(0, mostOutput)
    }
    child.stdout.on('data', add)
    child.stderr.on('data', add)
    child.once('error', (error) =>
      resolve({ type: 'failed', output: error.message }),
    )
    child.once('close', (code) =>
      resolve({ type: code === 0 ? 'built' : 'failed', output }),
    )
  })
}

/** Thrown when a folder holds no agent's project that could be run. */
export class ProjectMissingError extends BehestError {
  readonly code = 'PROJECT_MISSING'
  readonly retry = 'never'

  constructor(facts: {
    readonly folder: string
    readonly missing: string
    readonly todo: string
  }) {
    const { folder, missing, todo } = facts
    super(`${folder} lacks ${missing}. ${todo}, then try again.`, {
      facts: { folder, missing },
    })
  }
}
