import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BehestError } from '@behest/spec'
import type { Abi, Address, Hex } from 'viem'
import { compileSolidity } from './compileSolidity.js'
import type { Manifest } from './manifest.js'

const run = promisify(execFile)

/** Thrown when a contract is linked before a library of it is deployed. */
export class LibraryNotDeployedError extends BehestError {
  readonly code = 'DEVNET_LIBRARY_NOT_DEPLOYED'
  readonly retry = 'never'

  constructor(facts: { readonly library: string }) {
    super(
      `The library "${facts.library}" has no address yet. Deploy it before the contract that links it.`,
      { facts },
    )
  }
}

/** Thrown when a pinned file does not hold what the manifest promises. */
export class ArtifactMissingError extends BehestError {
  readonly code = 'DEVNET_ARTIFACT_MISSING'
  readonly retry = 'never'

  constructor(facts: { readonly name: string; readonly wanted: string }) {
    super(
      `"${facts.name}" has no ${facts.wanted}. Correct its entry in manifest.json.`,
      { facts },
    )
  }
}

/** Where a contract's creation code refers to libraries, offsets in bytes. */
export type LinkReferences = Readonly<
  Record<string, readonly { readonly start: number; readonly length: number }[]>
>

/** A compiled contract. */
export type Artifact = {
  readonly abi: Abi
  readonly bytecode: Hex
  readonly linkReferences: LinkReferences
}

/** Everything that the deployment needs, by name. */
export type Artifacts = {
  readonly contracts: ReadonlyMap<string, Artifact>
  readonly multicall3Bytecode: Hex
  readonly permit2Runtime: Hex
  readonly safeSingletonFactory: {
    readonly signerAddress: Address
    readonly transaction: Hex
    readonly address: Address
  }
}

/**
 * Unpacks and compiles what the manifest names.
 *
 * @param options.tarballs - Tarball files by package key, already verified.
 * @param options.contractsFolder - Our own Solidity.
 * @param options.cacheFolder - For unpacked files and compiled contracts.
 * @throws {ArtifactMissingError} when a file lacks what it should hold.
 */
export async function readArtifacts(options: {
  readonly manifest: Manifest
  readonly tarballs: ReadonlyMap<string, string>
  readonly contractsFolder: string
  readonly cacheFolder: string
}): Promise<Artifacts> {
  const { manifest, tarballs, contractsFolder, cacheFolder } = options
  const unpacked = join(cacheFolder, 'unpacked')
  await rm(unpacked, { recursive: true, force: true })
  await unpack(manifest, tarballs, unpacked)
  const readText = (key: string, path: string) =>
    readFile(join(unpacked, key, 'package', path), 'utf8')

  const contracts = new Map<string, Artifact>()
  for (const [name, file] of Object.entries(manifest.artifacts))
    contracts.set(
      name,
      toArtifact(name, JSON.parse(await readText(file.package, file.path))),
    )

  for (const [name, source] of Object.entries(manifest.sources)) {
    const folder = join(unpacked, source.package, 'package')
    const compiled = await compileSolidity({
      sources: await readSources(folder, source.folder),
      settings: { optimizerRuns: 999_999, viaIR: true },
      cacheFolder,
    })
    contracts.set(name, toArtifact(name, compiled.get(name)))
  }

  const own = await compileSolidity({
    sources: await readSources(contractsFolder, '.'),
    settings: { optimizerRuns: 200, viaIR: false },
    cacheFolder,
  })
  for (const [name, output] of own)
    if (name.startsWith('Dev')) contracts.set(name, toArtifact(name, output))

  const text = async (name: string) => {
    const file = manifest.files[name]
    if (file === undefined)
      throw new ArtifactMissingError({ name, wanted: 'entry' })
    return readText(file.package, file.path)
  }
  return {
    contracts,
    multicall3Bytecode: findHex({
      name: 'Multicall3',
      text: await text('Multicall3'),
      pattern: /multicall3Bytecode = '(0x[0-9a-f]+)'/,
    }),
    permit2Runtime: findHex({
      name: 'Permit2',
      text: await text('Permit2'),
      pattern: /hex"([0-9a-f]+)"/,
    }),
    safeSingletonFactory: JSON.parse(await text('SafeSingletonFactory')),
  }
}

/**
 * Puts library addresses into creation code.
 *
 * @throws {LibraryNotDeployedError} when an address is missing.
 */
export function linkBytecode(
  artifact: Pick<Artifact, 'bytecode' | 'linkReferences'>,
  addresses: Readonly<Record<string, Address>>,
): Hex {
  let code: string = artifact.bytecode
  for (const [library, places] of Object.entries(artifact.linkReferences)) {
    const address = addresses[library]
    if (address === undefined) throw new LibraryNotDeployedError({ library })
    for (const { start, length } of places)
      code =
        code.slice(0, 2 + start * 2) +
        address.slice(2).toLowerCase() +
        code.slice(2 + (start + length) * 2)
  }
  return code as Hex
}

async function unpack(
  manifest: Manifest,
  tarballs: ReadonlyMap<string, string>,
  folder: string,
): Promise<void> {
  const members = new Map<string, string[]>()
  const add = (key: string, member: string) =>
    members.set(key, [...(members.get(key) ?? []), `package/${member}`])
  for (const file of Object.values(manifest.artifacts))
    add(file.package, file.path)
  for (const file of Object.values(manifest.files)) add(file.package, file.path)
  for (const source of Object.values(manifest.sources))
    add(source.package, source.folder)

  for (const [key, paths] of members) {
    const tarball = tarballs.get(key)
    if (tarball === undefined)
      throw new ArtifactMissingError({ name: key, wanted: 'tarball' })
    const target = join(folder, key)
    await mkdir(target, { recursive: true })
    await run('tar', ['-xzf', tarball, '-C', target, ...paths])
  }
}

async function readSources(
  root: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>()
  const entries = await readdir(join(root, folder), { recursive: true })
  for (const entry of entries.filter((one) => one.endsWith('.sol')).sort())
    sources.set(
      folder === '.' ? entry : `${folder}/${entry}`,
      await readFile(join(root, folder, entry), 'utf8'),
    )
  return sources
}

/** Truffle, Hardhat and solc write the same three things in different places. */
type RawArtifact = {
  readonly abi?: Abi
  readonly evm?: RawArtifact
  readonly bytecode?:
    | string
    | { readonly object: string; readonly linkReferences?: RawReferences }
  readonly linkReferences?: RawReferences
}

type RawReferences = Readonly<Record<string, LinkReferences>>

function toArtifact(name: string, raw: RawArtifact | undefined): Artifact {
  const holder = raw?.evm ?? raw
  const found = holder?.bytecode
  if (raw?.abi === undefined || found === undefined)
    throw new ArtifactMissingError({ name, wanted: 'ABI and bytecode' })
  const object = typeof found === 'string' ? found : found.object
  const references =
    (typeof found === 'string' ? undefined : found.linkReferences) ??
    raw.linkReferences ??
    {}
  const linkReferences: Record<
    string,
    { readonly start: number; readonly length: number }[]
  > = {}
  for (const libraries of Object.values(references))
    for (const [library, places] of Object.entries(libraries))
      linkReferences[library] = [...(linkReferences[library] ?? []), ...places]
  return {
    abi: raw.abi,
    bytecode: (object.startsWith('0x') ? object : `0x${object}`) as Hex,
    linkReferences,
  }
}

function findHex(options: {
  readonly name: string
  readonly text: string
  readonly pattern: RegExp
}): Hex {
  const found = options.pattern.exec(options.text)?.[1]
  if (found === undefined)
    throw new ArtifactMissingError({
      name: options.name,
      wanted: 'bytecode literal',
    })
  return (found.startsWith('0x') ? found : `0x${found}`) as Hex
}
