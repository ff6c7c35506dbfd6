import { expect, test } from 'vitest'
import { whatIsMissing } from '../../src/stack/overlay-forks.ts'

const mounted = (options: string, type = 'overlay') => `overlay /volumes/0 ${type} rw,relatime,${options} 0 0\n`
const module = (redirect: string, index: string) => `redirect_dir:${redirect}\nindex:${index}\n`
const layers = 'lowerdir=/a,upperdir=/b/upper,workdir=/b/work'

test.each([
  ['both options named', mounted(`${layers},redirect_dir=on,index=on`) + module('N', 'N')],
  ['both options named, and nothing else known', mounted(`${layers},redirect_dir=on,index=on`)],
  ['options that are the usual ones here, which the kernel does not name', mounted(layers) + module('Y', 'Y')],
  ['one of each', mounted(`${layers},index=on,xino=off`) + module('Y', 'N')],
])('a mount with %s is good', (_, said) => expect(whatIsMissing(said, 1)).toBeUndefined())

test.each([
  ['with options that were left out in silence', mounted(layers) + module('N', 'N'), /redirect_dir.*\(N\)/],
  [
    'with the option turned off',
    mounted(`${layers},redirect_dir=off,index=on`) + module('Y', 'Y'),
    /redirect_dir.*off/,
  ],
  ['that only follows', mounted(`${layers},redirect_dir=follow,index=on`) + module('N', 'N'), /redirect_dir.*follow/],
  ['that does not follow', mounted(`${layers},redirect_dir=nofollow,index=on`), /redirect_dir.*nofollow/],
  ['without an index', mounted(`${layers},redirect_dir=on,index=off`) + module('N', 'Y'), /index.*off/],
  ['of which nothing is known', mounted(layers), /redirect_dir.*unknown/],
  ['of another kind', mounted('index=on,redirect_dir=on', 'fuse.fuse-overlayfs'), /does not lay/],
  ['of which one is not there', '', /does not lay/],
])('a mount %s is not', (_, said, why) => expect(whatIsMissing(said, 1)).toMatch(why))
