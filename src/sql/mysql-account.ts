/** Who asks a MySQL or MariaDB, and which of its databases is the application's. */
export interface MysqlAccount {
  readonly user: string
  readonly password: string
  readonly database: string | undefined
}

interface Given {
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly database?: string | undefined
}

/** What is given, and for the rest what the official images are set up with, root first. `read` gives a file's content. */
export async function mysqlAccount(
  given: Given,
  environment: Readonly<Record<string, string>>,
  read: (file: string) => Promise<string | undefined>,
): Promise<MysqlAccount> {
  const setting = settingsOf(environment, read)
  const root = await setting('ROOT_PASSWORD')
  const asRoot = given.user === undefined && (root !== undefined || (await setting('USER')) === undefined)
  const user = given.user ?? (asRoot ? 'root' : ((await setting('USER')) as string))
  const known = user === 'root' ? root : await setting('PASSWORD')
  return {
    user,
    password: given.password ?? known ?? '',
    database: given.database ?? (await setting('DATABASE')),
  }
}

/** A setting of the image as either product names it, or the content of the file that it names. */
function settingsOf(
  environment: Readonly<Record<string, string>>,
  read: (file: string) => Promise<string | undefined>,
) {
  return async (name: string): Promise<string | undefined> => {
    for (const variable of [`MARIADB_${name}`, `MYSQL_${name}`]) {
      if (environment[variable]) return environment[variable]
      const file = environment[`${variable}_FILE`]
      if (file) return await read(file)
    }
    return undefined
  }
}
