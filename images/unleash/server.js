// Unleash reads its settings from the environment (DATABASE_URL, DATABASE_SSL, …).
// Older releases are CommonJS, newer ones are modules.
import('unleash-server').then((unleash) => (unleash.start ?? unleash.default.start)());
