using System.Diagnostics.CodeAnalysis;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Reassembly.Netconsole;

/// <summary>The streams of one format by source. The key is read from the stream itself: a second copy in the table would need a quarter
/// more memory for each of a million streams.</summary>
internal sealed class StreamTable
{
    private readonly HashSet<ConsoleStream> _streams = new(new BySource());
    private readonly HashSet<ConsoleStream>.AlternateLookup<SourceEndPoint> _lookup;

    public StreamTable()
    {
        _lookup = _streams.GetAlternateLookup<SourceEndPoint>();
    }

    public int Count => _streams.Count;

    public bool TryGet(in SourceEndPoint source, [NotNullWhen(true)] out ConsoleStream? stream) => _lookup.TryGetValue(source, out stream);

    public void Add(ConsoleStream stream) => _streams.Add(stream);

    public void Remove(ConsoleStream stream) => _streams.Remove(stream);

    private sealed class BySource : IEqualityComparer<ConsoleStream>, IAlternateEqualityComparer<SourceEndPoint, ConsoleStream>
    {
        public bool Equals(ConsoleStream? one, ConsoleStream? other) => ReferenceEquals(one, other);

        public int GetHashCode(ConsoleStream stream) => stream.Source.GetHashCode();

        public bool Equals(SourceEndPoint source, ConsoleStream stream) => stream.Source == source;

        public int GetHashCode(SourceEndPoint source) => source.GetHashCode();

        public ConsoleStream Create(SourceEndPoint source) => throw new NotSupportedException("A stream is made by whoever knows its format.");
    }
}
