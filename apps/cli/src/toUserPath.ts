import { resolve } from 'node:path'
import { repositoryRoot } from './stack/stackConfig.js'

/**
 * Turns a path as a person typed it into an absolute one. `npm run` moves to
 * the checkout's root first and says where the person stood.
 */
export function toUserPath(path: string): string {
  const stood = process.env.INIT_CWD
  const base = stood && process.cwd() === repositoryRoot ? stood : process.cwd()
  return resolve(base, path)
}
