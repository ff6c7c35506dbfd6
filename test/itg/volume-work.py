"""What applications do with files: `make` lays them out, `use` works on them, `state` says what is there.

Each line is the same whatever the folder is mounted from; a step that fails says how.
"""
import ctypes
import errno
import fcntl
import hashlib
import mmap
import os
import shutil
import socket
import stat
import sys
import tempfile
import threading

ROOT = sys.argv[2]
DEEP = os.path.join("deep", *[f"level-{level}" for level in range(60)])


def path(*names):
    return os.path.join(ROOT, *names)


def write(name, content, mode="w"):
    with open(path(name), mode) as file:
        file.write(content)


def read(name):
    with open(path(name)) as file:
        return file.read()


def make():
    os.chown(ROOT, 1234, 2345)
    os.chmod(ROOT, 0o2751)
    for name, mode, uid, gid in [("plain", 0o640, 1000, 1001), ("set-uid", 0o4755, 0, 0), ("read-only", 0o444, 7, 8),
                                 ("far", 0o600, 300000, 1000650000)]:
        write(name, f"{name} as it was\n")
        os.chown(path(name), uid, gid)
        os.chmod(path(name), mode)
    for name, mode, uid, gid in [("set-gid", 0o2775, 0, 50), ("sticky", 0o1777, 0, 0), ("private", 0o700, 1000, 1000)]:
        os.mkdir(path(name))
        write(f"{name}/inside", "inside\n")
        os.chown(path(name), uid, gid)
        os.chmod(path(name), mode)
    os.symlink("plain", path("relative"))
    os.symlink("/etc/hostname", path("absolute"))
    os.symlink("nowhere", path("dangling"))
    write("link-a", "one file, three names\n")
    os.link(path("link-a"), path("link-b"))
    os.link(path("link-a"), path("private", "link-c"))
    write("quiet-a", "two names that nobody touches\n")
    os.link(path("quiet-a"), path("quiet-b"))
    os.makedirs(path("tree", "branch", "twig"))
    for number in range(20):
        write(f"tree/branch/leaf-{number}", f"leaf {number}\n")
    os.makedirs(path(DEEP))
    write(os.path.join(DEEP, "bottom"), "deep down\n")
    with open(path("sparse"), "wb") as file:
        file.truncate(64 << 20)
        file.seek(40 << 20)
        file.write(b"in the middle")
    write("mapped", "m" * 10000)
    write("appended", "first\n")
    write("replaced", "old\n")
    write("goes", "gone soon\n")
    write("becomes-a-folder", "still a file\n")
    os.makedirs(path("becomes-a-file", "with", "content"))
    write("becomes-a-file/with/content/file", "x")
    os.makedirs(path("emptied"))
    for number in range(5):
        write(f"emptied/{number}", "x")
    write("changed-inside", "a" * 4096)
    write("exchange-a", "A")
    os.mkdir(path("exchange-b"))
    os.mkfifo(path("fifo"), 0o620)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path("socket"))
    write("labelled", "has an attribute\n")
    os.setxattr(path("labelled"), "user.note", b"kept")
    os.setxattr(path("tree"), "user.note", b"on a folder")
    os.utime(path("plain"), ns=(1_000_000_000_123_456_789, 1_000_000_001_987_654_321))
    write("strange \n name \u00e4\u4e16", "named oddly\n")


def rename_lower_folder():
    os.rename(path("tree"), path("moved"))
    os.rename(path("moved", "branch"), path("moved", "bough"))
    os.rename(path("moved", "bough", "leaf-3"), path("moved", "leaf"))
    os.mkdir(path("tree"))
    return f"{len(os.listdir(path('moved', 'bough')))} {read('moved/leaf').strip()} {os.listdir(path('tree'))}"


def rename_deep_folder():
    os.rename(path("deep", "level-0", "level-1"), path("lifted"))
    os.rename(path("deep"), path("emptied", "deep"))
    return read(os.path.join("lifted", *[f"level-{level}" for level in range(2, 60)], "bottom")).strip()


def links():
    write("link-a", "written through the first\n", "a")
    same = os.path.samefile(path("link-a"), path("link-b")) and os.path.samefile(path("link-b"), path("private/link-c"))
    before = os.stat(path("link-b")).st_nlink
    os.unlink(path("private", "link-c"))
    os.link(path("link-b"), path("link-d"))
    os.link(path("link-d"), path("link-e"))
    return f"{same} {before} {os.stat(path('link-e')).st_nlink} {read('link-b').count('written')}"


def mapped():
    with open(path("mapped"), "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[5000:5005] = b"DIRTY"
        memory.flush()
    return read("mapped")[4998:5007]


def over_a_socket():
    try:
        client = socket.socket(socket.AF_UNIX)
        client.connect(path("socket"))
        return "somebody listens"
    except ConnectionRefusedError:
        pass
    os.unlink(path("socket"))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path("socket"))
    listener.listen()
    client = socket.socket(socket.AF_UNIX)
    client.connect(path("socket"))
    served, _ = listener.accept()
    client.send(b"over a socket")
    return served.recv(100).decode()


def through_a_fifo():
    writer = threading.Thread(target=lambda: write("fifo", "through a pipe"))
    writer.start()
    got = read("fifo")
    writer.join()
    return got


def removals():
    os.unlink(path("goes"))
    os.unlink(path("becomes-a-folder"))
    os.mkdir(path("becomes-a-folder"))
    write("becomes-a-folder/file", "in a folder now\n")
    shutil.rmtree(path("becomes-a-file"))
    write("becomes-a-file", "a file now\n")
    try:
        os.rmdir(path("sticky"))
    except OSError as error:
        kept = errno.errorcode[error.errno]
    for number in range(5):
        os.unlink(path("emptied", str(number)))
    return f"{kept} {sorted(os.listdir(path('emptied')))} {os.path.exists(path('goes'))}"


def replaced_at_once():
    handle, temporary = tempfile.mkstemp(dir=ROOT)
    os.write(handle, b"new\n")
    os.fsync(handle)
    os.close(handle)
    os.replace(temporary, path("replaced"))
    folder = os.open(ROOT, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return read("replaced").strip()


def written_inside():
    with open(path("appended"), "a") as file:
        file.write("second\n")
    with open(path("changed-inside"), "r+b") as file:
        file.seek(1000)
        file.write(b"BBBB")
        os.posix_fallocate(file.fileno(), 0, 8192)
        file.truncate(6000)
    with open(path("sparse"), "r+b") as file:
        file.seek(50 << 20)
        file.write(b"more")
    return f"{read('appended').split()} {os.path.getsize(path('changed-inside'))}"


def owners():
    os.chown(path("plain"), 33, 34)
    os.chmod(path("set-gid"), 0o2770)
    write("set-gid/new", "new\n")
    os.mkdir(path("set-gid", "inner"))
    inherited = os.stat(path("set-gid", "new")).st_gid, oct(os.stat(path("set-gid", "inner")).st_mode)
    os.setxattr(path("labelled"), "user.other", b"added")
    return f"{inherited} {sorted(os.listxattr(path('labelled')))}"


def exchanged():
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.renameat2(-100, path("exchange-a").encode(), -100, path("exchange-b").encode(), 2)
    return f"{done} {os.path.isdir(path('exchange-a'))} {read('exchange-b')}"


def locked():
    with open(path("appended"), "r+") as first, open(path("appended"), "r+") as second:
        fcntl.flock(first, fcntl.LOCK_EX)
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "held"
    return "not held"


def use():
    steps = [rename_lower_folder, rename_deep_folder, links, mapped, over_a_socket, through_a_fifo, removals,
             replaced_at_once, written_inside, owners, exchanged, locked]
    for step in steps:
        try:
            print(f"{step.__name__}: {step()}")
        except Exception as error:
            print(f"{step.__name__}: FAILED with {error!r}")


def again():
    """The next change after a checkpoint of what `use` left."""
    os.rename(path("moved"), path("moved-again"))
    write("link-d", "and once more\n", "a")
    os.rmdir(path("tree"))
    os.rename(path("lifted"), path("tree"))
    write("becomes-a-folder/second", "2")


def state():
    entries = [ROOT]
    for folder, folders, files in os.walk(ROOT):
        entries += [os.path.join(folder, name) for name in folders + files]
    for entry in sorted(entries):
        info = os.lstat(entry)
        kind = stat.filemode(info.st_mode)
        facts = [kind, info.st_uid, info.st_gid]
        if stat.S_ISREG(info.st_mode):
            with open(entry, "rb") as file:
                facts += [info.st_nlink, info.st_size, hashlib.sha256(file.read()).hexdigest()[:12]]
            facts += ["sparse" if info.st_blocks * 512 < info.st_size // 2 else "full"]
        if stat.S_ISLNK(info.st_mode):
            facts.append(os.readlink(entry))
        else:
            facts += [f"{name}={os.getxattr(entry, name)!r}" for name in sorted(os.listxattr(entry))]
        # What a step has made has its own time each time.
        if len(sys.argv) > 3 and sys.argv[3] == "times" and not stat.S_ISLNK(info.st_mode):
            facts.append(info.st_mtime_ns if stat.S_ISREG(info.st_mode) else int(info.st_mtime))
        print(repr(os.path.relpath(entry, ROOT)), *facts)


{"make": make, "use": use, "again": again, "state": state}[sys.argv[1]]()
