using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Agentworks.Tests.EndToEnd.Git;

/// <summary>Listens in the network of a machine: a socket belongs to the namespace of the thread that makes it.</summary>
internal static partial class NetworkNamespace
{
    private const int NewNet = 0x40000000;

    /// <param name="identity">What /proc/self/ns/net says on the machine.</param>
    public static Socket Listen(string identity, int port)
    {
        Socket? socket = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = Open(identity);
                if (SetNamespace(handle.DangerousGetHandle().ToInt32(), NewNet) != 0)
                {
                    throw new InvalidOperationException("setns: " + Marshal.GetLastPInvokeErrorMessage());
                }

                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                socket.Listen(20);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? socket! : throw new InvalidOperationException("No socket in the machine's network.", failure);
    }

    // By any of its processes; one that is found may have ended before it is opened, and its pid be another's.
    private static SafeFileHandle Open(string identity)
    {
        foreach (var process in Directory.GetDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && Identity(folder + "/ns/net") == identity))
        {
            try
            {
                var handle = File.OpenHandle(process + "/ns/net", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                if (Identity($"/proc/self/fd/{handle.DangerousGetHandle()}") == identity)
                {
                    return handle;
                }

                handle.Dispose();
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        throw new InvalidOperationException($"No process is in {identity}.");
    }

    private static string? Identity(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int fd, int type);
}
