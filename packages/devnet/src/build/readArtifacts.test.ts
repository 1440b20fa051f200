import { describe, expect, test } from 'vitest'
import { LibraryNotDeployedError, linkBytecode } from './readArtifacts.js'

const artifact = {
  bytecode: '0x6001__________60026003' as const,
  linkReferences: { Math: [{ start: 2, length: 5 }] },
}

describe('linkBytecode', () => {
  test('default', () => {
    expect(linkBytecode(artifact, { Math: '0xABCDEF0123' })).toBe(
      '0x6001abcdef012360026003',
    )
  })

  test('error: LibraryNotDeployedError', () => {
    expect(() => linkBytecode(artifact, {})).toThrow(LibraryNotDeployedError)
  })
})
