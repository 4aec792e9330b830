import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'sqlite', schema: './plugin/store/schema.ts', out: './plugin/store/migrations' })
