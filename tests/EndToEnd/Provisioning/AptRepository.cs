using Agentworks.Ports;

namespace Agentworks.Tests.EndToEnd.Provisioning;

/// <summary>A small apt repository with a key of its own, as files: real packages, a real index, really signed.</summary>
public static class AptRepository
{
    private const string Script = """
        set -eu
        cd "$1"; shift
        export GNUPGHOME=$PWD/gnupg
        install -d -m 0700 gnupg repository
        gpg --batch --quiet --passphrase '' --quick-generate-key 'Test <test@example.com>' ed25519 sign never
        gpg --batch --quiet --export > repository/key.gpg
        gpg --batch --quiet --armor --export > repository/key.asc
        : > repository/Packages
        for package in "$@"; do
            mkdir -p "tree/$package/DEBIAN" "tree/$package/usr/bin"
            printf 'Package: %s\nVersion: 1.0\nArchitecture: all\nMaintainer: Test <test@example.com>\nDescription: test\n' "$package" > "tree/$package/DEBIAN/control"
            printf '#!/bin/sh\necho %s\n' "$package" > "tree/$package/usr/bin/$package"
            chmod 0755 "tree/$package/usr/bin/$package"
            dpkg-deb --root-owner-group --build "tree/$package" "repository/$package.deb" > /dev/null
            {
                cat "tree/$package/DEBIAN/control"
                printf 'Filename: ./%s.deb\nSize: %s\nSHA256: %s\n\n' "$package" "$(stat -c %s "repository/$package.deb")" "$(sha256sum < "repository/$package.deb" | cut -d' ' -f1)"
            } >> repository/Packages
        done
        printf 'Origin: test\nSuite: ./\nDate: %s\nSHA256:\n %s %s Packages\n' "$(date -uR)" "$(sha256sum < repository/Packages | cut -d' ' -f1)" "$(stat -c %s repository/Packages)" > repository/Release
        gpg --batch --quiet --clearsign --output repository/InRelease repository/Release
        gpgconf --kill all
        """;

    /// <summary>The programs that it takes, of those that this computer lacks.</summary>
    public static string? Missing() => new[] { "gpg", "dpkg-deb" }.FirstOrDefault(program => new ProcessRunner().Find(program) is null);

    /// <returns>The folder to serve: key.gpg, key.asc, and the repository beside them.</returns>
    public static async Task<string> BuildAsync(string folder, IReadOnlyList<string> packages)
    {
        Directory.CreateDirectory(folder);
        var script = Path.Combine(folder, "build.sh");
        await File.WriteAllTextAsync(script, Script);
        var result = await new ProcessRunner().RunAsync("/bin/sh", [script, folder, .. packages], null, CancellationToken.None);
        Assert.True(result.Succeeded, result.Error);
        return Path.Combine(folder, "repository");
    }
}
