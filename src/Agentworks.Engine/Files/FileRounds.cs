namespace Agentworks.Files;

/// <summary>Says after which file those so far are to be checked and put in their places, so that the machine never holds too many half done.</summary>
internal sealed class FileRounds
{
    private const int MostFiles = 200;
    private const long MostBytes = 32 << 20;
    private int _files;
    private long _bytes;

    public void Add(int bytes) => _bytes += bytes;

    public bool EndsAfterFile()
    {
        if (++_files < MostFiles && _bytes < MostBytes)
        {
            return false;
        }

        (_files, _bytes) = (0, 0);
        return true;
    }
}
