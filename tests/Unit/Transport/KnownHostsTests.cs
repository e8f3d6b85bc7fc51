using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

public sealed class KnownHostsTests : IDisposable
{
    private const string Ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    private const string Rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7";
    private readonly string _folder = Directory.CreateTempSubdirectory("agw-known-").FullName;

    private string File_ => Path.Combine(_folder, "home", "known_hosts");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Keys_are_pinned_replaced_and_forgotten_per_machine()
    {
        var hosts = new KnownHosts(File_);
        Assert.Empty(hosts.Find("vm-1"));

        await hosts.PinAsync("vm-1", [Ed25519 + " root@host", Rsa], CancellationToken.None);
        await hosts.PinAsync("vm-10", [Rsa], CancellationToken.None);
        Assert.Equal([Ed25519, Rsa], hosts.Find("vm-1"));

        await hosts.PinAsync("vm-1", [Rsa], CancellationToken.None);
        Assert.Equal([Rsa], hosts.Find("vm-1"));

        await hosts.ForgetAsync("vm-1", CancellationToken.None);
        await hosts.ForgetAsync("vm-1", CancellationToken.None);
        Assert.Empty(hosts.Find("vm-1"));
        Assert.Equal([$"vm-10 {Rsa}"], await File.ReadAllLinesAsync(File_));
    }

    [Fact]
    public async Task The_file_is_the_owners_alone()
    {
        await new KnownHosts(File_).PinAsync("vm-1", [Rsa], CancellationToken.None);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File_));
        }
    }

    [Fact]
    public async Task Changes_at_the_same_time_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            Task.Run(() => new KnownHosts(File_).PinAsync($"vm-{i}", [Rsa], CancellationToken.None))));

        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal([Rsa], new KnownHosts(File_).Find($"vm-{i}")));
    }

    [Theory]
    [InlineData("", Rsa)]
    [InlineData("*", Rsa)]
    [InlineData("-x", Rsa)]
    [InlineData("a b", Rsa)]
    [InlineData("a\nb", Rsa)]
    [InlineData("@cert-authority", Rsa)]
    [InlineData("vm-1", "")]
    [InlineData("vm-1", "ssh-rsa")]
    [InlineData("vm-1", "ssh-rsa not!base64")]
    [InlineData("vm-1", "ssh-rsa AAAA\n* ssh-rsa AAAA")]
    public async Task What_is_no_id_or_no_key_is_refused(string alias, string key)
    {
        await Assert.ThrowsAsync<InvalidRequestException>(() => new KnownHosts(File_).PinAsync(alias, [key], CancellationToken.None));

        Assert.False(File.Exists(File_));
    }
}
