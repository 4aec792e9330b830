import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRig, type Rig } from './rig.ts'

describe('the plugin API', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await openRig()
  })
  afterAll(() => rig.close())

  it('tells who it is, with a system id that outlives a restart', async () => {
    const first = await rig.call('GET', 'system')
    expect(first.status).toBe(200)
    expect(first.json).toMatchObject({ name: 'Amber Street', apiVersion: '1', timeZone: 'Europe/Copenhagen' })
    await rig.close(true)
    rig = await openRig({ directory: rig.directory })
    expect((await rig.call('GET', 'system')).json.systemId).toBe(first.json.systemId)
  })
})
