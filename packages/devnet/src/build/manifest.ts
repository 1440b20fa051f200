import { readFileSync } from 'node:fs'

/** One pinned package of the registry that contracts come from. */
export type ManifestPackage = {
  readonly name: string
  readonly version: string
  /** `sha512-…` over the tarball's bytes. */
  readonly integrity: string
  /** The licence of what we deploy from it. */
  readonly licence: string
}

/** A file inside one of the packages. */
export type ManifestFile = {
  /** Key of `Manifest.packages`. */
  readonly package: string
  /** Path inside the tarball, below `package/`. */
  readonly path: string
}

/** What the snapshot is made from. */
export type Manifest = {
  readonly packages: Readonly<Record<string, ManifestPackage>>
  /** Compiled contracts, by the name that the deployment uses. */
  readonly artifacts: Readonly<Record<string, ManifestFile>>
  /** Files that hold bytecode in another form. */
  readonly files: Readonly<Record<string, ManifestFile>>
  /** Contracts that have to be compiled. */
  readonly sources: Readonly<
    Record<
      string,
      {
        readonly package: string
        readonly entry: string
        readonly folder: string
      }
    >
  >
}

/** The package's own folder, both from `src/build` and from `dist/build`. */
export const packageFolder = new URL('../../', import.meta.url)

/** Reads the committed manifest. */
export function readManifest(): Manifest {
  const file = new URL('manifest.json', packageFolder)
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}
