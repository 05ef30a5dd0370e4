/// The station page: the files of `Assets/`, compiled into the program so that it needs no folder beside it.
enum StationPage {
    /// The page at `/` and what it loads. `/?station=ID` shows one station of several.
    static var routes: [Route] {
        [
            file("/", "text/html", PackageResources.station_html),
            file("/icon.svg", "image/svg+xml", PackageResources.icon_svg),
            file("/station.css", "text/css", PackageResources.station_css),
            file("/station.js", "text/javascript", PackageResources.station_js),
            file("/view.js", "text/javascript", PackageResources.view_js),
            file("/curve.js", "text/javascript", PackageResources.curve_js),
            file("/shapes.js", "text/javascript", PackageResources.shapes_js),
            file("/sound.js", "text/javascript", PackageResources.sound_js),
        ]
    }

    private static func file(_ path: String, _ type: String, _ bytes: [UInt8]) -> Route {
        Route(.get, path) { _ in
            HTTPResponse(contentType: "\(type); charset=utf-8", body: .bytes(bytes))
        }
    }
}
