# One image, three roles: `mayday migrate`, `mayday collector`, `mayday web` (docker-compose.yml).
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# Project files first: a change of code alone keeps the restored packages in their layer.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/Protocol/Protocol.csproj src/Protocol/packages.lock.json src/Protocol/
COPY src/Linux/Linux.csproj src/Linux/packages.lock.json src/Linux/
COPY src/Query/Query.csproj src/Query/packages.lock.json src/Query/
COPY src/Analysis/Analysis.csproj src/Analysis/packages.lock.json src/Analysis/
COPY src/Events/Events.csproj src/Events/packages.lock.json src/Events/
COPY src/Agent/Agent.csproj src/Agent/packages.lock.json src/Agent/
COPY src/Simulation/Simulation.csproj src/Simulation/packages.lock.json src/Simulation/
COPY src/Store/Store.csproj src/Store/packages.lock.json src/Store/
COPY src/Hosting/Hosting.csproj src/Hosting/packages.lock.json src/Hosting/
COPY src/Collector/Collector.csproj src/Collector/packages.lock.json src/Collector/
COPY src/Web/Web.csproj src/Web/packages.lock.json src/Web/
COPY src/Cli/Cli.csproj src/Cli/packages.lock.json src/Cli/
COPY migrations/Migrations.csproj migrations/packages.lock.json migrations/
RUN dotnet restore src/Cli/Cli.csproj
COPY src src
COPY migrations migrations
RUN dotnet publish src/Cli/Cli.csproj -c Release -o /app --no-restore

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# The spool of a collector whose Postgres is away; mount a volume here to keep it over a re-creation of the container.
RUN mkdir -p /var/lib/mayday && chown -R $APP_UID /var/lib/mayday
USER $APP_UID
VOLUME /var/lib/mayday
# netoops, netconsole, evlog; web
EXPOSE 2004/udp 6666/udp 2005/udp 8080/tcp
# The exec form: signals reach the program, so that it can write what is in flight.
ENTRYPOINT ["/app/mayday"]
CMD ["--help"]
