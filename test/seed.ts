import fc from 'fast-check'

// A change is judged by what it does, so properties start from one seed; `npm run test:long` roams, and PORTUNUS_SEED names another.
const { PORTUNUS_LONG, PORTUNUS_SEED } = process.env
if (PORTUNUS_SEED !== undefined || !PORTUNUS_LONG) fc.configureGlobal({ seed: Number(PORTUNUS_SEED ?? 1) })
