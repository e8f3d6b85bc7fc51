using Agentworks.Errors;
using Agentworks.Transport;

namespace Agentworks.Tests.Unit.Transport;

/// <summary>What OpenSSH, sudo and the shell say, as they say it.</summary>
public sealed class ConnectionFailureTests
{
    [Theory]
    [InlineData("@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.\r\n", 255, typeof(HostKeyChangedException))]
    [InlineData("No ED25519 host key is known for vm-1 and you have requested strict checking.\r\nHost key verification failed.\r\n", 255, typeof(HostKeyChangedException))]
    [InlineData("root@127.0.0.1: Permission denied (publickey).\r\n", 255, typeof(LoginFailedException))]
    [InlineData("Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\n", 255, typeof(LoginFailedException))]
    [InlineData("Authenticated to h ([10.0.0.1]:22) using \"publickey\".\nsudo: a password is required\n", 1, typeof(LoginFailedException))]
    [InlineData("dev is not in the sudoers file.\n", 1, typeof(LoginFailedException))]
    [InlineData("sh: 1: exec: /usr/bin/perl: not found\n", 127, typeof(PrerequisiteMissingException))]
    [InlineData("bash: line 1: /usr/bin/perl: No such file or directory\n", 127, typeof(PrerequisiteMissingException))]
    [InlineData("zsh:1: command not found: sudo\n", 127, typeof(PrerequisiteMissingException))]
    [InlineData("sudo: /usr/bin/perl: command not found\n", 1, typeof(PrerequisiteMissingException))]
    [InlineData("ssh: Could not resolve hostname x: Name or service not known\r\n", 255, typeof(ConnectionFailedException))]
    [InlineData("ssh: connect to host 10.0.0.1 port 22: Connection refused\r\n", 255, typeof(ConnectionFailedException))]
    [InlineData("kex_exchange_identification: Connection closed by remote host\r\n", 255, typeof(ConnectionFailedException))]
    [InlineData("", null, typeof(ConnectionFailedException))]
    [InlineData("", 255, typeof(ConnectionFailedException))]
    public void Each_kind_of_failure_has_its_own_exception(string words, int? exitCode, Type expected)
    {
        var error = ConnectionFailure.Interpret("m1", words, exitCode);

        Assert.IsType(expected, error);
        Assert.Contains("m1", error.Message, StringComparison.Ordinal);
        Assert.Equal("m1", error.Target);
    }

    [Fact]
    public void The_reason_is_what_the_carrier_said_last_without_its_chatter()
    {
        var error = ConnectionFailure.Interpret(
            "m1", "Connection reset by peer\nTransferred: sent 1, received 2 bytes, in 0.1 seconds\nBytes per second: sent 1, received 2\n", 255);

        Assert.EndsWith("Connection reset by peer", error.Message, StringComparison.Ordinal);
    }
}
