import { z } from 'zod'
import { isExposed } from '../../shared/address.ts'
import { id } from '../../shared/scalar.ts'
import { readFact, writeFact } from '../store/facts.ts'
import type { Store } from '../store/open.ts'

const secretName = 'identity-provider'

/** An address that browsers and this server speak to: encrypted, unless it does not leave the machine. */
const address = z
  .string()
  .max(500)
  .refine(text => /^https?:/.test(text) && URL.canParse(text) && !isExposed(text), {
    error: 'is written https://HOST; http is for this machine only',
    abort: true,
  })
  .refine(text => !/[?#@]/.test(text), 'has no user name, query or fragment')

const text = z.string().trim().min(1).max(200)
const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope has no spaces and no quotation marks')

/** Who has one of these values in this claim gets the role. */
const mapping = z.strictObject({ claim: text, values: z.array(z.string().min(1).max(200)).min(1).max(100), role: id })

/** The OpenID Connect provider that people may sign in with (rules X5 to X9); its client secret is kept apart. */
export const providerSettings = z
  .strictObject({
    /** What the button of the page says: "Sign in with …". */
    name: text.max(60).regex(/^[^?\\/[\]\p{Cc}]+$/u, 'may not contain ? \\ / [ ] or control characters'),
    enabled: z.boolean().default(true),
    /** Issuer identifier, as the provider's discovery document has it. */
    issuer: address.refine(issuer => !issuer.includes('/.well-known/'), 'is the issuer, without /.well-known/…'),
    clientId: text,
    /** Where browsers reach this server. The provider has to know `ADDRESS/signin-oidc` as redirect URI. */
    address: address.refine(
      given => URL.canParse(given) && new URL(given).origin === given,
      'ends after the host or its port, as in https://doors.example:8443',
    ),
    scopes: z.array(scope).max(50).default(['openid', 'profile', 'email']),
    /** Claim that has the name; the first of preferred_username, name, given_name with family_name, email and sub where it has none. */
    nameClaim: text.nullable().default(null),
    /** Whether the provider has to ask for the credentials although it knows the browser. */
    promptForLogin: z.boolean().default(true),
    /** Whether signing out here signs out at the provider, too, where it offers that. */
    endSession: z.boolean().default(true),
    /** Everybody gets the roles of all mappings that fit; whom none fits is refused. */
    mappings: z.array(mapping).max(200),
  })
  .meta({ id: 'IdentityProvider' })
export type ProviderSettings = z.output<typeof providerSettings>

export interface Provider {
  readonly settings: ProviderSettings
  /** Null for a public client. */
  readonly clientSecret: string | null
  readonly version: number
}

const kept = z.object({ version: z.number(), settings: providerSettings.nullable() })

/** The one provider: its settings among the facts, its client secret in the vault. */
export function openProvider(store: Store) {
  const row = (): z.output<typeof kept> => {
    const json = readFact(store, 'identityProvider')
    return json === undefined ? { version: 0, settings: null } : kept.parse(JSON.parse(json))
  }
  return {
    read(): Provider | undefined {
      const { version, settings } = row()
      return settings === null ? undefined : { settings, version, clientSecret: store.vault.get(secretName)?.toString() ?? null }
    },
    /** @param clientSecret undefined leaves the one there is */
    write(settings: ProviderSettings | null, clientSecret?: string | null) {
      store.transact(() => {
        writeFact(store, 'identityProvider', JSON.stringify({ version: row().version + 1, settings }))
        if (typeof clientSecret === 'string') store.vault.set(secretName, Buffer.from(clientSecret))
        else if (clientSecret === null || settings === null) store.vault.remove(secretName)
      })
    },
  }
}
