"""A real Asterisk 22 out of Debian packages, in a folder, without root: `python -m asterisk.lay DEST`.

apt, with a state of its own, resolves, downloads and checks signatures; dpkg-deb extracts. Neither maintainer scripts
nor a chroot are needed: `instance.py` starts the program with the tree's own loader. 49 MB on disk, 10 s.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

SUITE = "forky"  # bookworm and trixie have no asterisk package
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
WANTED = (  # what the modules of conf/modules.conf are linked to
    "asterisk",
    "asterisk-modules",
    "asterisk-core-sounds-en-gsm",
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "libbsd0",
    "libcap2",
    "libcrypt1",
    "libedit2",
    "libgsm1",
    "libjansson4",
    "libmd0",
    "libsqlite3-0",
    "libssl3t64",
    "libsystemd0",
    "libtinfo6",
    "liburiparser1",
    "libuuid1",
    "libxml2-16",
    "libxslt1.1",
    "libzstd1",
    "zlib1g",
    "liblzma5",
)
UNNEEDED = ("doc", "man", "locale", "bug", "lintian", "zsh", "zsh-completion")
APT = {
    "APT::Architecture": "amd64",
    "APT::Architectures": "amd64",
    "APT::Install-Recommends": "0",
    "APT::Sandbox::User": "",  # the user that apt would change to cannot write into our folder
    "Acquire::Languages": "none",
    "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
    "Debug::NoLocking": "1",
}

Say = Callable[[str], object]


class CannotLay(Exception):
    """Asterisk cannot be laid out here; the message says why and what to do."""


def lay(dest: Path, say: Say = print) -> Path:
    """Asterisk in `dest`, which is left alone when it is there already. Raises `CannotLay`."""
    if is_laid(dest):
        return dest
    _check_machine()
    dest.parent.mkdir(parents=True, exist_ok=True)
    # Beside the destination, so that the last step is one rename: a tree is there whole or not at all.
    with tempfile.TemporaryDirectory(prefix=".asterisk-", dir=dest.parent.resolve()) as folder:
        apt = _Apt(Path(folder))
        say(f"Asterisk: reading the package list of Debian {SUITE}")
        apt.run("apt-get", "update")
        packages = apt.resolve()
        say(f"Asterisk: downloading {len(packages)} packages")
        for number, package in enumerate(apt.download(packages), 1):
            _extract(package, apt.tree)
            if number % 10 == 0:
                say(f"Asterisk: {number} of {len(packages)} laid out")
        if not is_laid(apt.tree):
            raise CannotLay(f"the packages of Debian {SUITE} hold no Asterisk where we know it; please report this")
        shutil.rmtree(dest, ignore_errors=True)
        apt.tree.rename(dest)
    say(f"Asterisk: ready in {dest}")
    return dest


def is_laid(root: Path) -> bool:
    return (root / "usr/sbin/asterisk").is_file() and (root / "usr/lib/x86_64-linux-gnu/asterisk/modules").is_dir()


def _check_machine() -> None:
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise CannotLay(
            f"Asterisk can be laid out on Linux/amd64 only, this is {platform.system()}/{platform.machine()}. "
            "Install Asterisk 22 yourself and set IVR_AMI_URL."
        )
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            raise CannotLay(f"{program} is missing: this needs Debian. Install Asterisk 22 yourself, set IVR_AMI_URL.")
    if not KEYRING.exists():
        raise CannotLay(f"{KEYRING} is missing: apt-get install debian-archive-keyring")


class _Apt:
    """apt with all its state in `folder`; the machine's own packages are neither asked nor touched."""

    def __init__(self, folder: Path) -> None:
        self.tree, self._archives = folder / "tree", folder / "cache/archives"
        for path in (self.tree, folder / "state/lists/partial", self._archives / "partial", folder / "etc"):
            path.mkdir(parents=True)
        (folder / "status").touch()
        sources = folder / "sources.list"
        sources.write_text(f"deb [signed-by={KEYRING} arch=amd64] {_mirror()} {SUITE} main\n")
        places = {
            "Dir::State": folder / "state",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Dir::Etc": folder / "etc",
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "-",
        }
        self._options = [part for name, value in {**APT, **places}.items() for part in ("-o", f"{name}={value}")]

    def run(self, program: str, *arguments: str) -> str:
        return _run([program, "-q", *self._options, *arguments], self._archives)

    def resolve(self) -> list[str]:
        """Those of the wanted packages that an installation of Asterisk would take."""
        uris = self.run("apt-get", "install", "-y", "--print-uris", "asterisk", "asterisk-core-sounds-en-gsm")
        files = [line.split()[1] for line in uris.splitlines() if line.startswith("'")]
        return [name for name in WANTED if any(file.startswith(f"{name}_") for file in files)]

    def download(self, packages: Sequence[str]) -> Iterator[Path]:
        self.run("apt-get", "download", *packages)
        yield from sorted(self._archives.glob("*.deb"))


def _mirror() -> str:
    """The Debian mirror that this machine already uses."""
    lines = _run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"])
    if not lines.strip():
        raise CannotLay("apt knows no Debian mirror: check /etc/apt/sources.list and run apt-get update")
    return lines.split()[0]


def _extract(package: Path, tree: Path) -> None:
    skip = [f"--exclude=./usr/share/{name}/*" for name in UNNEEDED] + ["--exclude=*/gconv/*"]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as archive:  # noqa: S603, S607 - the file is apt's, checked by its signature
        tar = ["tar", "-x", "-C", str(tree), "--keep-directory-symlink", "--no-same-owner", *skip]
        subprocess.run(tar, stdin=archive.stdout, check=True)  # noqa: S603 - no shell, our own words
    package.unlink()


def _run(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, our own words
    if done.returncode:
        raise CannotLay(f"{' '.join(command[:2])} failed:\n{done.stderr.strip()}")
    return done.stdout


def main() -> int:
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m asterisk.lay DEST\n")
        return 2
    try:
        lay(Path(sys.argv[1]), say=lambda line: sys.stdout.write(line + "\n"))
    except CannotLay as error:
        sys.stderr.write(f"Asterisk was not laid out: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
