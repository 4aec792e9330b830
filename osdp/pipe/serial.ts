import type { Pipe, PipeListener } from './pipe.ts'

export interface SerialOptions {
  /** `/dev/ttyUSB0`, `COM3`, a pseudo terminal. */
  readonly path: string
  /** Bits a second, 9600 unless said. */
  readonly baudRate?: number
  /** Silence inside a frame that ends it: 150 ms behind USB converters, which hold bytes back; 20 on a port of one's own. */
  readonly gapMs?: number
  readonly rs485?: {
    /** Who turns the line round: the converter by itself, or RTS, high or low while sending. */
    readonly direction?: 'automatic' | 'rts-high' | 'rts-low'
    /** The converter hears what it sends: those bytes are taken away. */
    readonly echo?: boolean
  }
}

/** As much of `serialport` as is used here; the package is optional. */
interface Port {
  readonly isOpen: boolean
  open(done: (error: Error | null) => void): void
  write(bytes: Uint8Array, done?: (error?: Error | null) => void): void
  drain(done: (error: Error | null) => void): void
  set(options: { rts: boolean }, done: (error: Error | null) => void): void
  update(options: { baudRate: number }, done: (error: Error | null) => void): void
  close(done?: (error: Error | null) => void): void
  on(event: 'data', listener: (bytes: Uint8Array) => void): void
  on(event: 'close' | 'error', listener: (error: Error | null) => void): void
}

/** An RS-485 line on a serial port (8 data bits, no parity, 1 stop bit). Needs the package `serialport`; without it the pipe says so and stays down. */
export function serialPipe({ path, baudRate = 9600, gapMs = 150, rs485 = {} }: SerialOptions): Pipe {
  const { direction = 'automatic', echo = false } = rs485
  let port: Port | null = null
  /** Counts opens and closes: a port that opens after it was closed again is nobody's. */
  let turn = 0
  let rate = baudRate
  let expected: number[] = []
  // Rate changes, direction and bytes keep their order.
  let chain: Promise<void> = Promise.resolve()
  const then = (act: (done: () => void) => void) => {
    chain = chain.then(() => new Promise<void>(resolve => act(resolve)))
  }

  async function open(listener: PipeListener) {
    const mine = ++turn
    let lost = false
    const down = (reason: string) => {
      if (lost || mine !== turn) return
      lost = true
      port = null
      listener.down(reason)
    }
    try {
      const { SerialPort } = (await import('serialport')) as unknown as { SerialPort: new (options: object) => Port }
      if (mine !== turn) return
      const opened = new SerialPort({ path, baudRate: rate, dataBits: 8, parity: 'none', stopBits: 1, autoOpen: false })
      opened.on('data', bytes => {
        const fresh = echo ? withoutEcho(bytes) : bytes
        if (port === opened && fresh.length > 0) listener.data(fresh)
      })
      opened.on('error', error => down(reasonOf(error)))
      opened.on('close', error => down(error === null ? 'closed' : reasonOf(error)))
      opened.open(error => {
        if (error !== null) return down(reasonOf(error))
        if (mine !== turn) return opened.close(() => {})
        port = opened
        expected = []
        chain = Promise.resolve()
        if (direction === 'automatic') return listener.up()
        opened.set({ rts: direction === 'rts-low' }, () => listener.up())
      })
    } catch (error) {
      down(
        (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
          ? 'the package serialport is not installed: npm install serialport'
          : reasonOf(error as Error),
      )
    }
  }

  function reasonOf(error: Error | null): string {
    return `${path}: ${error?.message.replace(/^Error: /, '') ?? 'gone'}`
  }

  function withoutEcho(bytes: Uint8Array): Uint8Array {
    let at = 0
    while (at < bytes.length && expected.length > 0 && bytes[at] === expected[0]) {
      expected.shift()
      at++
    }
    if (at < bytes.length) expected = []
    return bytes.subarray(at)
  }

  return {
    gapMs,
    open: listener => void open(listener),
    write(bytes) {
      then(done => {
        const to = port
        if (to === null) return done()
        if (echo) expected.push(...bytes)
        if (direction === 'automatic') {
          to.write(bytes)
          return done()
        }
        to.set({ rts: direction === 'rts-high' }, () => {
          to.write(bytes)
          to.drain(() => to.set({ rts: direction === 'rts-low' }, () => done()))
        })
      })
    },
    setBaud(baud) {
      if (baud === rate) return
      rate = baud
      then(done => {
        const to = port
        if (to === null) return done()
        to.drain(() => to.update({ baudRate: baud }, () => done()))
      })
    },
    close() {
      turn++
      const to = port
      port = null
      if (to?.isOpen) to.close(() => {})
    },
  }
}
