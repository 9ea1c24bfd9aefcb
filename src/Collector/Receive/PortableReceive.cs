using System.Net;
using System.Net.Sockets;
using Mayday.Collector.Datagrams;

namespace Mayday.Collector.Receive;

/// <summary>Receives where recvmmsg is missing: the same batch with one call per datagram, without drop counter and kernel timestamps.</summary>
internal static class PortableReceive
{
    public static int Receive(Socket socket, DatagramBatch batch)
    {
        batch.Clear();
        EndPoint any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (batch.Count < batch.Slots && socket.Poll(0, SelectMode.SelectRead))
        {
            var source = any;
            int length;
            try
            {
                length = socket.ReceiveFrom(batch.Slot(batch.Count), SocketFlags.None, ref source);
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.MessageSize)
            {
                length = batch.SlotLength;
            }
            catch (SocketException)
            {
                break;
            }

            // Some systems truncate silently: a datagram that fills its slot to the last byte may have been longer.
            var isTruncated = length == batch.SlotLength;
            batch.Add(length, SourceEndPoint.From((IPEndPoint)source), isTruncated, 0);
        }

        return batch.Count;
    }
}
