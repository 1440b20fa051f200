import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takePort } from '@behest/testing'

/** Where a stack of a test lives, as its environment says it. */
export type StackPlace = {
  readonly folder: string
  readonly environment: {
    readonly BEHEST_DATA: string
    readonly BEHEST_INTENT_PORT: string
    readonly BEHEST_REGISTRY_PORT: string
    readonly BEHEST_RPC_PORT: string
  }
}

/** Takes a folder of its own and ports that nobody else is given. */
export async function takePlace(name: string): Promise<StackPlace> {
  const folder = mkdtempSync(join(tmpdir(), `behest-${name}-`))
  const [intent, registry, rpc] = await Promise.all([
    takePort(),
    takePort(),
    takePort(),
  ])
  return {
    folder,
    environment: {
      BEHEST_DATA: folder,
      BEHEST_INTENT_PORT: `${intent}`,
      BEHEST_REGISTRY_PORT: `${registry}`,
      BEHEST_RPC_PORT: `${rpc}`,
    },
  }
}
