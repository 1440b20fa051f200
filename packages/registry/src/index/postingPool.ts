import { GrowableUint32 } from './growable.js'
import type { SectionReader, Sections } from './sections.js'

const pageBits = 16
const pageSize = 1 << pageBits
const maxPages = 1 << (32 - pageBits)

/**
 * Lists of numbers that grow, all in a few large pages. Half of the words of a
 * million agents are used once: a typed array for each would weigh a hundred
 * times what it holds.
 */
export class PostingPool {
  private pages: Uint32Array[] = []
  /** First free place of the last page that lists share. */
  private free = pageSize
  private shared = -1
  /** Places that outgrown lists have left, by the size they had as a power. */
  private readonly left: number[][] = Array.from({ length: 32 }, () => [])
  private readonly places = new GrowableUint32(1024)
  private readonly lengths = new GrowableUint32(1024)

  /** Adds an empty list and gives its number. */
  create(): number {
    this.places.push(0)
    this.lengths.push(0)
    return this.lengths.length - 1
  }

  lengthOf(list: number): number {
    return this.lengths.values[list] as number
  }

  /** The page that a list stands in; its first number is at {@link startOf}. */
  pageOf(list: number): Uint32Array {
    return this.pages[
      (this.places.values[list] as number) >>> pageBits
    ] as Uint32Array
  }

  startOf(list: number): number {
    return (this.places.values[list] as number) & (pageSize - 1)
  }

  push(list: number, value: number): void {
    const length = this.lengthOf(list)
    // Room is a power of two, so that a full list is seen by its length alone.
    if ((length & (length - 1)) === 0) this.makeRoom(list, length)
    this.pageOf(list)[this.startOf(list) + length] = value
    this.lengths.values[list] = length + 1
  }

  private makeRoom(list: number, length: number): void {
    const power = length === 0 ? 0 : 32 - Math.clz32(length)
    const place = this.allocate(power)
    if (length > 0) {
      const from = this.startOf(list)
      const page = this.pages[place >>> pageBits] as Uint32Array
      page.set(
        this.pageOf(list).subarray(from, from + length),
        place & (pageSize - 1),
      )
      // A page of its own is given back to the system with its last list.
      if (power - 1 > pageBits)
        this.pages[(this.places.values[list] as number) >>> pageBits] =
          new Uint32Array()
      else this.left[power - 1]?.push(this.places.values[list] as number)
    }
    this.places.values[list] = place
  }

  private allocate(power: number): number {
    const known = this.left[power]?.pop()
    if (known !== undefined) return known
    const size = 2 ** power
    if (size >= pageSize) return this.addPage(size) * pageSize
    if (this.free + size > pageSize) {
      this.shared = this.addPage(pageSize)
      this.free = 0
    }
    const place = this.shared * pageSize + this.free
    this.free += size
    return place
  }

  private addPage(size: number): number {
    if (this.pages.length >= maxPages)
      throw new RangeError('the posting lists of one index are full')
    this.pages.push(new Uint32Array(size))
    return this.pages.length - 1
  }

  /** Bytes that the pages hold. */
  get bytes(): number {
    return this.pages.reduce((sum, page) => sum + page.byteLength, 0)
  }

  save(into: Sections): void {
    into.values.push(this.free, this.shared, this.left, this.pages.length)
    into.arrays.push(this.places.taken(), this.lengths.taken(), ...this.pages)
  }

  restore(from: SectionReader): void {
    this.free = from.value()
    this.shared = from.value()
    from.value<number[][]>().forEach((places, power) => {
      this.left[power] = places
    })
    const pages = from.value<number>()
    this.places.restore(from.uint32())
    this.lengths.restore(from.uint32())
    this.pages = Array.from({ length: pages }, () => from.uint32())
  }
}
