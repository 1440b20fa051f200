import { readStackConfig } from '../stack/stackConfig.js'
import { toUserPath } from '../toUserPath.js'
import { readRegistryChain } from './readRegistryChain.js'
import { unlockAuthor } from './unlockAuthor.js'

/** The options that every command of an author takes. */
export const authorOptions = {
  keystore: { type: 'string' },
  'password-file': { type: 'string' },
  registry: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Finds the registry and its chain, and unlocks the key that signs for it. */
export async function openAuthor(values: {
  readonly keystore?: string | undefined
  readonly 'password-file'?: string | undefined
  readonly registry?: string | undefined
}) {
  const config = readStackConfig(process.env)
  const registryUrl = values.registry ?? config.registryUrl
  const chainId = await readRegistryChain(registryUrl)
  const author = await unlockAuthor({
    keystore: values.keystore && toUserPath(values.keystore),
    passwordFile:
      values['password-file'] && toUserPath(values['password-file']),
    dataFolder: config.dataFolder,
    chainId,
  })
  return { config, registryUrl, chainId, author }
}
