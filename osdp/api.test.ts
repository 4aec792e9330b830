import ts from 'typescript'
import { expect, it } from 'vitest'

/** Every exported name with its signature, by name. A change of the public API shows in api.md; `npx vitest run osdp/api.test.ts -u` writes it anew. */
function report(): string {
  const file = new URL('index.ts', import.meta.url).pathname
  const config = ts.getParsedCommandLineOfConfigFile(
    new URL('tsconfig.build.json', import.meta.url).pathname,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  )!
  const program = ts.createProgram([file], config.options)
  const checker = program.getTypeChecker()
  const printer = ts.createPrinter({ removeComments: true })
  const print = (node: ts.Node) =>
    printer
      .printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
      .replace(/^export /, '')
      .replaceAll('readonly ', '')
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!)!
  const names = checker.getExportsOfModule(module).map(exported => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    const [declaration] = symbol.declarations!
    const { name } = exported
    if (ts.isFunctionDeclaration(declaration!))
      return { name, text: `function ${name}${checker.signatureToString(checker.getSignatureFromDeclaration(declaration)!)}` }
    if (ts.isVariableDeclaration(declaration!))
      return { name, text: `const ${name}: ${checker.typeToString(checker.getTypeOfSymbol(symbol))}` }
    if (ts.isClassDeclaration(declaration!)) {
      const members = checker
        .getTypeOfSymbol(symbol)
        .getConstructSignatures()
        .map(signature => `  new ${checker.signatureToString(signature)}`)
      const properties = checker
        .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
        .map(member => `  ${member.name}: ${checker.typeToString(checker.getTypeOfSymbol(member))}`)
      return { name, text: [`class ${name} {`, ...members, ...properties, '}'].join('\n') }
    }
    return { name, text: print(declaration!) }
  })
  const sorted = names.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ text }) => text)
  return `# API of osdp\n\nEvery exported name with its signature; written from the code (\`npx vitest run osdp/api.test.ts -u\`).\n\n\`\`\`ts\n${sorted.join('\n')}\n\`\`\`\n`
}

it('api.md lists every exported name as it is', async () => {
  await expect(report()).toMatchFileSnapshot('api.md')
})
