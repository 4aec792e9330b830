// Who may import whom (ARCHITECTURE.md): what a room does not list is forbidden. test/rooms.mjs plants a bad import and sees it refused.
const rooms = {
  '^osdp/': ['^osdp/'],
  '^wiegand/': ['^wiegand/'],
  '^shared/': ['^shared/', '^wiegand/'],
  '^controller/core/': ['^controller/core/', '^shared/', '^wiegand/', '^controller/wiring/'],
  '^controller/wiring/': ['^controller/wiring/', '^shared/', '^wiegand/'],
  '^controller/store/': ['^controller/store/', '^shared/', '^controller/core/'],
  '^controller/field/': ['^controller/field/', '^shared/', '^controller/core/', '^controller/wiring/', '^osdp/', '^wiegand/'],
  '^controller/link/': ['^controller/link/', '^shared/', '^controller/store/', '^controller/core/'],
  '^controller/runtime[.]ts$': [
    '^controller/core/',
    '^shared/',
    '^controller/field/field[.]ts$',
    '^controller/store/',
    '^controller/link/',
  ],
  '^controller/emulator/': [
    '^controller/emulator/',
    '^shared/',
    '^controller/wiring/',
    '^controller/field/',
    '^controller/core/',
    '^osdp/',
    '^wiegand/',
  ],
  '^plugin/(site|link|vms|store)/': ['^plugin/(site|link|vms|store)/', '^shared/', '^wiegand/', '^controller/core/', '^controller/wiring/'],
  '^plugin/(api|outlets)/': [
    '^plugin/(api|outlets|site|link|vms|store)/',
    '^shared/',
    '^wiegand/',
    '^controller/core/',
    '^controller/wiring/',
  ],
  '^plugin/client/': ['^plugin/client/', '^shared/'],
  '^plugin/conformance/': ['^plugin/conformance/', '^plugin/client/'],
  '^plugin/page/': ['^plugin/page/', '^plugin/client/', '^shared/'],
}
const tests = '[.]test[.]ts$|^test/'
/** The packages that bind the pure rooms; others take what their job needs. */
const packages = {
  osdp: { path: '^osdp/(?!pipe/|line[.]ts|secure-channel[.]ts|index[.]ts)', allow: '^$' },
  wiegand: { path: '^wiegand/', allow: '^$' },
  shared: { path: '^shared/', allow: 'node_modules/(zod|yaml)/' },
  core: { path: '^controller/core/', allow: 'node_modules/(luxon|ical[.]js|suncalc)/' },
  wiring: { path: '^controller/wiring/', allow: 'node_modules/(luxon)/' },
}
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: tests },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...Object.entries(rooms).map(([from, allowed]) => ({
      name: `room ${from}`,
      severity: 'error',
      from: { path: from, pathNot: tests },
      to: { path: '^(osdp|wiegand|shared|controller|plugin|bin|test)/', pathNot: allowed },
    })),
    ...Object.entries(packages).map(([name, { path, allow }]) => ({
      name: `packages of ${name}`,
      severity: 'error',
      from: { path, pathNot: tests },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'], pathNot: allow },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json'],
    },
  },
}
